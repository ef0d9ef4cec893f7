const { Client } = require('httpkit');
const client = new Client();
const net = require('net');

const charge = async (id, card) => {
  if (card.length < 4) throw new RangeError(`card of order ${id} has ${card.length} digits`);
  return await client.request(`https://pay.${card}.example/${id}`);
};

async function retry(action, times) {
  let last;
  for (let i = 0; i < times; i++) {
    try { return await action(); } catch (error) { last = error; }
  }
  throw last;
}

exports.connect = function (port) {
  return new Promise((resolve, reject) => {
    net.connect(port, '127.0.0.1').on('error', reject).on('connect', resolve);
  });
};

exports.rates = (text) => text.rates.EUR.toFixed(2);
exports.parse = (text) => JSON.parse(text).rates;
exports.charge = charge;
exports.retry = retry;
