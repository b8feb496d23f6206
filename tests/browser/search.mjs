// node tests/browser/search.mjs URL [SEARCHES]: how long searches take, one after the other, each of its own words, so that none comes
// from what the server keeps for a second. For a ledger of `hibah bench fill`, whose organisations are numbered to 5,000.
import { performance } from "node:perf_hooks";

const [url, count = "3200"] = process.argv.slice(2);
if (!url) {
  console.error("name the address of a public server, such as http://127.0.0.1:8080");
  process.exit(2);
}

// The same searches each time: a linear congruential generator of 31 bits.
let state = 7;
const random = (below) => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((state / 2 ** 31) * below);
};
const one = (...choices) => choices[random(choices.length)];
const org = () => 1 + random(5000);
const sorts = {
  "number of a case": () => `/grants?q=case/${org()}/${1 + random(20)}`,
  "a word and a number": () => `/grants?q=${one("yayasan", "contoh", "kegiatan", "yay")}+${org()}`,
  "a number in one year": () => `/grants?q=${org()}&year=${one(2013, 2014, 2015)}`,
  "no words, a page of one year": () => `/grants?year=${one(2013, 2014, 2015)}&page=${1 + random(400)}`,
  "organisations": () => `/orgs?q=${org()}`,
  "misspelt": () => `/grants?q=${one("jajasan", "kegiatn", "contho", "zzzzq", "anklung")}+${org()}`,
  "number of a document": () => `/grants?q=957/case/${org()}/${1 + random(14)}/2014`,
  "a word of every grant, a page": () => `/grants?q=${one("yayasan", "contoh", "kegiatan")}&page=${1 + random(4000)}`,
};

const took = Object.fromEntries(Object.keys(sorts).map((sort) => [sort, []]));
for (let n = 0; n < Number(count); n += 1) {
  const sort = Object.keys(sorts)[n % Object.keys(sorts).length];
  const from = performance.now();
  const answer = await fetch(url + sorts[sort]());
  await answer.arrayBuffer();
  took[sort].push(performance.now() - from);
  if (answer.status !== 200) throw new Error(`${answer.url} answered ${answer.status}`);
}

const at = (times, part) => [...times].sort((a, b) => a - b)[Math.floor(times.length * part)].toFixed(1).padStart(7);
console.log("     p50     p99  milliseconds");
for (const [sort, times] of Object.entries(took)) console.log(at(times, 0.5), at(times, 0.99), "", sort);
console.log(at(Object.values(took).flat(), 0.5), at(Object.values(took).flat(), 0.99), "", "all");
