//! The development benchmark: `cargo run --release --no-default-features --example accuracy`.

#[path = "../tests/accuracy/mod.rs"]
mod accuracy;

fn main() {
    let recipe = accuracy::Recipe { seed: 1, split: None, months: None };
    for index in 0..4 {
        let household = accuracy::household(recipe, index);
        println!("{}", String::from_utf8_lossy(&household.payload));
    }
}
