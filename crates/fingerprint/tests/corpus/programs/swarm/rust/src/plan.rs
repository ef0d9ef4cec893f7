//! Plans that fail in known ways.

pub struct Pool<T> {
    items: Vec<T>,
}

impl<T> Pool<T> {
    pub fn new() -> Self {
        Self { items: Vec::new() }
    }

    pub fn take(&mut self, n: usize) -> T {
        self.items.remove(n)
    }

    pub fn first(&self) -> &T {
        self.items.first().expect("a pool has items")
    }
}

pub fn walk(step: &str, depth: usize) {
    if depth == 0 {
        panic!("step {step} has no agent");
    }
    walk(step, depth - 1);
}

pub fn expand(steps: &[u32], depth: usize) -> u32 {
    if depth == 0 { steps[0] } else { visit(steps, depth - 1) }
}

fn visit(steps: &[u32], depth: usize) -> u32 {
    expand(steps, depth)
}

pub fn share(total: usize, parts: usize) -> usize {
    total / parts
}

pub fn cost(one: u8, two: u8) -> u8 {
    one + two
}

pub fn weights(steps: &[Option<u32>]) -> Vec<u32> {
    steps.iter().map(|step| step.unwrap()).collect()
}

pub fn budget(tokens: usize, limit: usize) {
    assert_eq!(tokens.min(limit), tokens, "over budget");
}

pub fn state(code: u8) {
    match code {
        0..=6 => {}
        other => unreachable!("state {other}"),
    }
}

pub fn later() {
    panic!("no planning over several days")
}

pub fn order(mut costs: Vec<f64>) -> Vec<f64> {
    costs.sort_by(|a, b| a.partial_cmp(b).unwrap());
    costs
}

pub fn each(steps: &[usize], visit: impl Fn(usize)) {
    for step in steps {
        visit(*step);
    }
}

pub fn boxed() -> Box<dyn Fn(usize)> {
    Box::new(|n| assert!(n > 100, "only {n} steps"))
}
