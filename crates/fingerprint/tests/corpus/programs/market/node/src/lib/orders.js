const { charge, retry } = require('./gateway');

class OrderError extends Error {
  constructor(message, code) { super(message); this.name = 'OrderError'; this.code = code; }
}

class Orders {
  #orders = new Map();
  place(id, lines) {
    if (lines.length === 0) throw new OrderError(`order ${id} has no lines`, 'E_EMPTY');
    if (lines.some((line) => line.amount < 0)) throw new OrderError(`order ${id} has a negative amount`, 'E_AMOUNT');
    return lines.map((line) => line.price.toFixed(2));
  }
  cancel(id) { this.#orders.get(id).state = 'cancelled'; }
  refund(id) { return this.#orders.get(id).total; }
  async pay(id, card) { return retry(() => charge(id, card), 3); }
  async settle(id) {
    try {
      await charge(id, 'down');
    } catch (error) {
      throw new OrderError(`order ${id} cannot be settled`, 'E_SETTLE', { cause: error });
    }
  }
  static from(json) { return JSON.parse(json); }
  get newest() { return [...this.#orders.values()].at(-1).id; }
  *lines(n) { for (let i = 0; i < n; i++) yield i; throw new OrderError(`only ${n} lines`, 'E_LINES'); }
}

module.exports = { Orders, OrderError };
