const { Orders } = require('./lib/orders');
const gateway = require('./lib/gateway');
const { Shelf, applyAll } = require('./lib/stock');

function listening(shelf) {
  shelf.on('reserved', (sku) => { undefined.push(sku); });
  return shelf;
}

const bugs = {
  'order-empty': (n) => new Orders().place(`O-${n * 7919}`, []),
  'order-negative': (n) => new Orders().place(`O-${n * 7919}`, [{ amount: -n }]),
  'order-price': (n) => new Orders().place(n, [{ price: 1 }, { price: '1.5' }]),
  'cancel-unknown': (n) => new Orders().cancel(n),
  'refund-unknown': (n) => new Orders().refund(n),
  'pay-refused': (n) => new Orders().pay(n, `down${n}`),
  'pay-short-card': (n) => new Orders().pay(n, '1'.repeat(n)),
  'settle-refused': (n) => new Orders().settle(n),
  'orders-no-json': (n) => Orders.from('{'.repeat(n)),
  'newest-of-none': () => new Orders().newest,
  'lines-end': (n) => [...new Orders().lines(n)],
  'connect-refused': (n) => gateway.connect(n),
  'rates-missing': () => gateway.rates({ rates: {} }),
  'rates-html': (n) => gateway.parse('<html>' + n),
  'reserve-too-many': (n) => new Shelf(n).reserve(`A-${n}`, n + 1),
  'reserve-negative': (n) => new Shelf(n).reserve(`A-${n}`, -n),
  'listener-fails': (n) => listening(new Shelf(n)).reserve('x', 1),
  'part-missing': (n) => new Shelf(n).bill('a', { a: ['b'], b: ['c'].slice(0, n) }),
  'part-cycle': (n) => new Shelf(n).cycle('a', { a: ['b'], b: ['a'] }),
  'sort-unranked': (n) => new Shelf(n).sort([{ rank: 'a' }, {}, ...Array(n).fill({ rank: 'c' })]),
  'apply-all': (n) => applyAll([1, 2, n], (item) => item.missing.deep),
};

async function handle(name, n) {
  return await bugs[name](n);
}

process.on('unhandledRejection', (error) => { console.error(error); process.exit(1); });
const [, , name, n] = process.argv;
if (Number(n) === 2) setImmediate(() => handle(name, Number(n)));
else handle(name, Number(n));
