// Names the failed tests of an xunit report, each with the beginning of its message: node failures.mjs WHAT REPORT
import { existsSync, readFileSync } from "node:fs";

const messageLines = 6;
const [what, path] = process.argv.slice(2);
const report = existsSync(path) ? readFileSync(path, "utf8") : "";
const entities = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&" };
const plain = (text) => text.replace(/&(quot|apos|lt|gt|amp);/g, (_, name) => entities[name]);

let named = 0;
for (const [, name, body] of report.matchAll(/<test [^>]*?\bname="([^"]*)"[^>]*\bresult="Fail"[^>]*>(.*?)<\/test>/gs)) {
  const message = /<message>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?<\/message>/s.exec(body)?.[1] ?? "";
  const place = /\bin (\S+:line \d+)/.exec(body)?.[1].replace(/^.*\/tests\//, "tests/") ?? "";
  console.log(`  ${what}: ${plain(name)} ${place}`);
  for (const line of plain(message).trim().split("\n").slice(0, messageLines)) {
    console.log(`      ${line.slice(0, 300)}`);
  }
  named++;
}

if (named === 0) {
  console.log(`  ${what}: it ended without naming a failed test (a crash, or its time was up)`);
}
