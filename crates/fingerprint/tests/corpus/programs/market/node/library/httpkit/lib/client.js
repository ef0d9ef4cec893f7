class TransportError extends Error {
  constructor(message) { super(message); this.name = 'TransportError'; }
}
class Client {
  async request(url) {
    await null;
    return this.dispatch(url);
  }
  dispatch(url) {
    if (url.includes('down')) throw new TransportError(`connect ECONNREFUSED ${url}`);
    if (url.includes('missing')) throw new Error(`Request failed with status code 404`);
    return '<html>';
  }
}
module.exports = { Client, TransportError };
