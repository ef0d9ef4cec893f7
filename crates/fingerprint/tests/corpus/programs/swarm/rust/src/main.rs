//! Agents that fail in known ways.

mod plan;
mod tools;

use std::error::Error;

struct Worker {
    seed: usize,
}

trait Agent {
    fn run(&self, name: &str);
}

impl Agent for Worker {
    fn run(&self, name: &str) {
        let s = self.seed;
        match name {
            "link-beyond" => drop(tools::link(&vec!["x"; s], s + 3)),
            "title-none" => drop(tools::title(None)),
            "config-missing" => drop(tools::config(&format!("/etc/swarm/{s}.toml"))),
            "port-text" => drop(tools::port(&format!("x{s}"))),
            "check-no-url" => tools::check(&format!("ftp{s}")),
            "check-long-url" => tools::check(&format!("http://{}", "x".repeat(20 + s))),
            "decode-latin" => drop(tools::decode(vec![b'x', 0xe4, s as u8])),
            "borrowed" => tools::borrow_twice(),
            "poisoned" => tools::poison(s),
            "slice-inside" => drop(tools::cut("äöü", 1)),
            "env-missing" => drop(tools::setting(&format!("SWARM_{s}"))),
            "no-agent-at-depth" => plan::walk(&format!("step-{s}"), 3 * s),
            "leaf-at-depth" => drop(plan::expand(&[], 3 * s)),
            "share-none" => drop(plan::share(s, s - s)),
            "cost-overflow" => drop(plan::cost(250, s as u8 + 10)),
            "weights-none" => drop(plan::weights(&[Some(1), None])),
            "pool-empty" => drop(plan::Pool::<String>::new().take(s)),
            "pool-numbers-empty" => drop(plan::Pool::<u64>::new().first()),
            "budget" => plan::budget(1000 * s, 999),
            "unreachable-state" => plan::state(s as u8 + 7),
            "later" => plan::later(),
            "order-nan" => drop(plan::order(vec![1.0, f64::NAN, s as f64])),
            "closure" => plan::each(&[1, 0], |n| assert!(10 / n > 0)),
            "boxed" => plan::boxed()(s),
            _ => unreachable!("no such bug"),
        }
    }
}

fn report(error: &dyn Error) {
    eprintln!("Error: {error}");
}

fn start(worker: &Worker, name: &str) {
    worker.run(name);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let seed: usize = match arguments[2].parse() {
        Ok(seed) => seed,
        Err(error) => return report(&error),
    };
    let name = arguments[1].clone();
    if seed % 2 == 0 {
        let thread = std::thread::Builder::new().name(format!("worker-{seed}"));
        let _ = thread.spawn(move || start(&Worker { seed }, &name)).unwrap().join();
    } else {
        start(&Worker { seed }, &name);
    }
}
