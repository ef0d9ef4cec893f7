//! A market that fails in known ways.

mod orders;

use orders::{Card, Gateway, Orders};

fn chain(n: usize) -> std::collections::HashMap<String, Vec<String>> {
    (0..n).map(|i| (format!("p{i}"), vec![format!("p{}", i + 1)])).collect()
}

#[inline(never)]
fn retried<T>(times: usize, action: impl Fn() -> Option<T>) -> T {
    (0..times)
        .find_map(|_| action())
        .unwrap_or_else(|| panic!("gave up after {times} tries"))
}

#[inline(never)]
fn handle(name: &str, n: usize) {
    let id = format!("O-{:06}", n * 7919);
    let gateway: Box<dyn Gateway> = Box::new(Card);
    match name {
        "order-empty" => Orders::default().place(&id, &[]),
        "order-negative" => Orders::default().place(&id, &[1, -(n as i64)]),
        "cancel-unknown" => drop(Orders::default().cancel(&id)),
        "refund-unknown" => drop(Orders::default().refund(&id)),
        "pay-short-card" => gateway.charge(&id, &"5".repeat(n)),
        "pay-refused" => gateway.charge(&id, &format!("4{n:015}")),
        "pay-letters" => gateway.charge(&id, &format!("x{n:015}")),
        "last-of-none" => drop(orders::last::<u32>(&[])),
        "last-text-of-none" => drop(orders::last::<&str>(&[])),
        "part-missing" => drop(orders::bill(&chain(2 * n), "p0")),
        "retried" => retried::<()>(n, || None),
        "thread-fails" => std::thread::scope(|scope| {
            scope.spawn(|| drop(orders::last::<u64>(&[]))).join().unwrap();
        }),
        _ => panic!("no such bug"),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let n: usize = arguments[2].parse().unwrap();
    let name = arguments[1].clone();
    if n == 2 {
        let _ = std::thread::spawn(move || handle(&name, n)).join();
    } else {
        handle(&name, n);
    }
}
