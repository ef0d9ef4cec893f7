const web = require('../tools/web');
const { Store } = require('../tools/store');

class Research {
  constructor(worker) { this.worker = worker; this.store = new Store(); }
  async crawl(url) { await null; return await web.fetchPage(url); }
  async index(url) { return await web.fetchJson(url); }
  summarize(page) { return web.titleOf(page); }
  gather(pages) { return pages.map((page) => web.firstLink(page)); }
  check(url) { return web.validate(url); }
  note(text) { this.notes.push(text); }
  template(path) { return this.store.read(path); }
  draft(key) { return this.store.get(key); }
  config(path) { return this.store.load(path); }
  save(record) { return this.store.validate(record); }
  async later(ms) {
    return new Promise((resolve, reject) => setTimeout(() => {
      try { this.notes.push(ms); } catch (error) { reject(error); }
    }, ms));
  }
  async all(urls) { return await Promise.all(urls.map((url) => this.crawl(url))); }
  render() { return missingTemplate(this.worker); }
  pad(n) { return web.limit(n); }
  big(n) { return new Array(-n); }
  parse(text) { return BigInt(text); }
  freeze(n) { 'use strict'; const plan = Object.freeze({ n }); plan.n = 2; return plan; }
}

module.exports = { Research };
