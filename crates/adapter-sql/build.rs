//! Migrations are embedded; a new folder of them must cause a new build.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
