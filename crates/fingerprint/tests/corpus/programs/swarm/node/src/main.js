const { Research } = require('./agents/research');
const { Writing } = require('./agents/writing');

const research = (seed) => new Research(`worker-${seed}`);
const writing = () => new Writing();

const bugs = {
  'crawl-refused': (s) => research(s).crawl(`http://down-${s}:80${s}/`),
  'crawl-missing': (s) => research(s).crawl(`http://missing/${s}`),
  'publish-refused': (s) => writing().publish(`http://down/${s}`),
  'index-no-json': (s) => research(s).index(`http://index/${s}`),
  'title-missing': (s) => research(s).summarize(s % 2 ? {} : { head: {} }),
  'links-missing': (s) => research(s).gather([{ links: [{ href: 1 }] }, { links: [] }]),
  'check-no-url': (s) => research(s).check(`'ftp-${s}'`),
  'check-long-url': (s) => research(s).check('http://' + 'x'.repeat(40 + s)),
  'note-before-start': (s) => research(s).note(s),
  'no-template': (s) => research(s).template(`/srv/templates/${s}.html`),
  'no-draft': (s) => research(s).draft(`draft-${s}af3`),
  'no-config': (s) => research(s).config(`/etc/swarm/${s}.json`),
  'record-without-id': (s) => research(s).save({ s }),
  'note-later': (s) => research(s).later(s),
  'all-refused': (s) => research(s).all([`http://ok/`, `http://down-${s}/`]),
  'no-function': (s) => research(s).render(),
  'pad-negative': (s) => research(s).pad(s),
  'array-negative': (s) => research(s).big(s),
  'bigint-text': (s) => research(s).parse(`n${s}`),
  'frozen': (s) => research(s).freeze(s),
  'no-agent-at-depth': (s) => writing().walk(`step-${s}`, 3 * s),
  'leaf-at-depth': (s) => writing().expand({}, 3 * s),
  'endless': (s) => writing().endless(s),
  'join-mixed': (s) => writing().join([[1], { words: 1 }, {}, ...Array(s).fill({})].map((x) => x)),
  'invoke-nothing': (s) => writing().invoke(s % 2 ? { run: 5 } : {}),
  'unpack': (s) => writing().unpack(s),
  'circular': (s) => writing().stringify({ s }),
  'date-invalid': (s) => writing().date(`2026-13-${s}`),
  'decode-broken': (s) => writing().decode(`%E0%A4%${s}`),
};

async function main() {
  const [, , name, seed] = process.argv;
  const run = async () => {
    try {
      await bugs[name](Number(seed));
    } catch (error) {
      console.error(error);
    }
  };
  if (Number(seed) % 2) await run();
  else setTimeout(run, 1);
}

main();
