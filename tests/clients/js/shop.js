// What a shop's back-end does with opensearch-js: searches read from stdin, answers to stdout.
import { text } from 'node:stream/consumers';
import { Client } from '@opensearch-project/opensearch';

const [node, index] = process.argv.slice(2);
const client = new Client({ node });
const { searches, query } = JSON.parse(await text(process.stdin));
const found = {};

for (const [name, body] of Object.entries(searches)) {
  found[name] = (await client.search({ index, body })).body;
}
found.count = (await client.count({ index, body: { query } })).body;
found.get = (await client.get({ index, id: 'p1', _source_includes: ['title'] })).body;
found.mget = (await client.mget({ index, body: { ids: ['p1', 'p2'] } })).body;
found.exists = { found: (await client.exists({ index, id: 'p1' })).body };
found.index = { found: (await client.indices.exists({ index })).body };
found.ping = { answered: (await client.ping()).body };

const names = ['plain', 'cheapest'];
const lines = names.flatMap((name) => [{ index }, searches[name]]);
const { responses } = (await client.msearch({ body: lines })).body;
names.forEach((name, i) => { found[name] = responses[i]; });

let refusal = null;
try {
  await client.search({ index: 'secret', body: { query } });
} catch (error) {
  refusal = error.statusCode;
}
await client.close();
process.stdout.write(JSON.stringify({ found, refusal }));
