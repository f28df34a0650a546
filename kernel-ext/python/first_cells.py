"""Runs the first cells of a class's kernel."""

import sys

from jupyter_client.manager import start_new_kernel

CELLS = ["use eosin::prelude::*;", "Tensor::arange(0f32, 4., &Device::Cpu)?.sum_all()?.to_scalar::<f32>()?"]

manager, client = start_new_kernel(kernel_name="eosin", startup_timeout=300)
try:
    for cell in CELLS:
        content = client.execute_interactive(cell, timeout=300)["content"]
        if content["status"] != "ok":
            sys.exit(f"{cell}: {content['evalue']}")
finally:
    client.stop_channels()
    manager.shutdown_kernel()
