"""How Sphinx makes pages of the lessons."""

project = "Eosin"
language = "en"
extensions = ["myst_nb", "sphinx_design", "sphinx-mathjax-offline"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
# Outputs are those of Eosin's kernel, which have been stored before.
nb_execution_mode = "off"
nb_merge_streams = True
# The HTML of a display holds the same data as what the JupyterLab extension draws.
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = "Eosin"
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    # The sidebar has a field for it.
    "navbar_persistent": [],
}
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["eosin.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
