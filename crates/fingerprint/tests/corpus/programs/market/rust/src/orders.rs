//! Orders that fail in known ways.

use std::collections::HashMap;
use std::fmt;

#[derive(Debug)]
pub enum OrderError {
    Empty(String),
    Amount { order: String, amount: i64 },
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(order) => write!(f, "order {order} has no lines"),
            Self::Amount { order, amount } => write!(f, "order {order} has the amount {amount}"),
        }
    }
}

#[derive(Default)]
pub struct Orders {
    orders: HashMap<String, Vec<i64>>,
}

impl Orders {
    #[inline(never)]
    pub fn place(&mut self, id: &str, lines: &[i64]) {
        self.check(id, lines).unwrap_or_else(|error| panic!("{error}"));
        self.orders.insert(id.to_owned(), lines.to_vec());
    }

    #[inline(never)]
    fn check(&self, id: &str, lines: &[i64]) -> Result<(), OrderError> {
        if lines.is_empty() {
            return Err(OrderError::Empty(id.to_owned()));
        }
        match lines.iter().find(|amount| **amount < 0) {
            Some(amount) => Err(OrderError::Amount { order: id.to_owned(), amount: *amount }),
            None => Ok(()),
        }
    }

    #[inline(never)]
    pub fn cancel(&self, id: &str) -> usize {
        self.orders[id].len()
    }

    #[inline(never)]
    pub fn refund(&self, id: &str) -> i64 {
        *self.orders.get(id).expect("a refund is of a known order").first().unwrap()
    }
}

pub trait Gateway {
    fn charge(&self, order: &str, card: &str);
}

pub struct Card;

impl Gateway for Card {
    #[inline(never)]
    fn charge(&self, order: &str, card: &str) {
        assert_eq!(card.len(), 16, "card of order {order}");
        let first: u8 = card[..1].parse().unwrap();
        assert_ne!(first, 4, "card of order {order} was refused");
    }
}

#[inline(never)]
pub fn last<T: Copy + fmt::Debug>(items: &[T]) -> T {
    items[items.len() - 1]
}

#[inline(never)]
pub fn bill(parts: &HashMap<String, Vec<String>>, part: &str) -> usize {
    let Some(inner) = parts.get(part) else {
        panic!("part {part:?} is unknown");
    };
    1 + inner.iter().map(|each| bill(parts, each)).sum::<usize>()
}
