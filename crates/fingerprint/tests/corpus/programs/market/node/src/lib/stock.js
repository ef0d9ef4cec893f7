const { EventEmitter } = require('events');

class Shelf extends EventEmitter {
  constructor(limit) { super(); this.limit = limit; }
  reserve(sku, amount) {
    if (amount > this.limit) throw new Error(`only ${this.limit} of ${sku} are there`);
    if (amount < 0) throw new Error(`cannot reserve ${amount} of ${sku}`);
    this.emit('reserved', sku);
    return amount;
  }
  bill(part, parts) { return parts[part].map((inner) => this.bill(inner, parts)); }
  cycle(part, parts) { return parts[part].flatMap((inner) => this.cycle(inner, parts)); }
  sort(rows) { return rows.sort((a, b) => a.rank.localeCompare(b.rank)); }
}

function applyAll(items, action) { for (const item of items) action(item); }

module.exports = { Shelf, applyAll };
