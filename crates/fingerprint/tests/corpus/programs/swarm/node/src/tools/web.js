const { Client } = require('httpkit');
const client = new Client();

async function fetchPage(url) {
  return await client.request(url);
}

async function fetchJson(url) {
  return JSON.parse(await fetchPage(url));
}

function titleOf(page) {
  return page.head.title.trim();
}

function firstLink(page) {
  return page.links[0].href;
}

function validate(url) {
  if (!url.startsWith('http')) throw new Error(`not a URL: ${url}`);
  if (url.length > 40) throw new Error('URL is too long');
  return url;
}

const limit = (n) => 'x'.repeat(-n);

module.exports = { fetchPage, fetchJson, titleOf, firstLink, validate, limit };
