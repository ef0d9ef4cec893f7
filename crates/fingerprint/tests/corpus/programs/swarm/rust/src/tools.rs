//! What the agents use, and how it fails.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

pub fn link(links: &[&str], n: usize) -> String {
    links[n].to_owned()
}

pub fn title(page: Option<&str>) -> usize {
    page.unwrap().len()
}

pub fn config(path: &str) -> String {
    std::fs::read_to_string(path).expect("the configuration is readable")
}

pub fn port(text: &str) -> u16 {
    text.parse().unwrap()
}

pub fn check(url: &str) {
    if !url.starts_with("http") {
        panic!("not a URL: {url:?}");
    }
    assert!(url.len() < 20, "URL of {} characters is too long", url.len());
}

pub fn decode(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

pub fn borrow_twice() {
    let cell = RefCell::new(1);
    let _one = cell.borrow_mut();
    let _two = cell.borrow_mut();
}

pub fn poison(n: usize) {
    let lock = Arc::new(Mutex::new(n));
    let other = lock.clone();
    let _ = std::thread::spawn(move || {
        let _held = other.lock().unwrap();
        std::panic::resume_unwind(Box::new(1));
    })
    .join();
    *lock.lock().unwrap() += 1;
}

pub fn cut(text: &str, at: usize) -> &str {
    &text[..at]
}

pub fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|error| panic!("{name} has to be set: {error}"))
}
