//! Grouping accuracy on the labelled lines of Loghub: `cargo run -p swarmscope-patterns --example accuracy
//! FILE_structured.csv…`. With `-v`, the groups that are wrong.

#[path = "../tests/accuracy/mod.rs"]
mod accuracy;

fn main() -> std::io::Result<()> {
    let mut verbose = false;
    for argument in std::env::args().skip(1) {
        if argument == "-v" {
            verbose = true;
            continue;
        }
        let lines = accuracy::labelled(&std::fs::read_to_string(&argument)?);
        let found = accuracy::templates_of(&lines);
        let measured = accuracy::measure(&lines, &found);
        println!(
            "{argument}: {} lines, GA {:.3}, FGA {:.3}, {} templates of {}",
            lines.len(),
            measured.grouping_accuracy,
            measured.f1,
            measured.found,
            measured.labelled
        );
        if verbose {
            for wrong in measured.wrong {
                println!("  {wrong}");
            }
        }
    }
    Ok(())
}
