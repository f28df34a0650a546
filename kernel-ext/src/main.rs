mod error;
mod home;
mod kernel;
mod prebuilt;
fn main() {
    kernel::enter_role();
    let f = std::env::args().nth(2).unwrap();
    if let Err(e) = kernel::run(f.as_ref()) {
        eprintln!("{e}");
        std::process::exit(1);
    }
}
