const web = require('../tools/web');

class Writing {
  async publish(url) { await null; return await web.fetchPage(url); }
  walk(node, depth) {
    if (depth === 0) throw new Error(`step ${node} has no agent`);
    return this.walk(node, depth - 1);
  }
  expand(node, depth) {
    if (depth === 0) return node.leaf.size;
    return this.visit(node, depth - 1);
  }
  visit(node, depth) { return this.expand(node, depth); }
  endless(n) { return this.endlessChild(n + 1); }
  endlessChild(n) { return this.endless(n); }
  join(parts) { return parts.reduce((one, two) => one.concat(two.words.length)); }
  invoke(tool) { return tool.run(); }
  unpack(pair) { const [one, two] = pair; return one + two; }
  stringify(value) { value.self = value; return JSON.stringify(value); }
  date(text) { return new Date(text).toISOString(); }
  decode(text) { return decodeURIComponent(text); }
}

module.exports = { Writing };
