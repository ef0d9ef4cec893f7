const fs = require('fs');

class StoreError extends Error {
  constructor(message, options) { super(message, options); this.name = 'StoreError'; }
}

class Store {
  constructor() { this.rows = new Map(); }
  read(path) {
    return fs.readFileSync(path, 'utf8');
  }
  get(key) {
    if (!this.rows.has(key)) throw new StoreError(`no record of ${key}`);
    return this.rows.get(key);
  }
  load(path) {
    try {
      return this.read(path);
    } catch (error) {
      throw new StoreError(`could not load ${path}`, { cause: error });
    }
  }
  validate(record) {
    if (!record.id) throw new StoreError('record has no id');
    return record;
  }
}

module.exports = { Store, StoreError };
