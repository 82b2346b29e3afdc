// Lists the npm scripts of this project, a line each. A script without a line here is shown with its command.
import { readFileSync } from 'node:fs'
import { styleText } from 'node:util'

const LINES: Readonly<Record<string, string>> = {
  help: 'this list',
  build: 'the dashboard, for `mothball serve`; a few seconds',
  demo: 'PostgreSQL, sample customers and a first run, all on this machine; leaves nothing behind',
  test: 'all checks, one after the other: lint, types, dead code, tests (needs no database)',
  'test:unit': 'the tests that need no database; files or node:test options may follow "--"',
  'test:db': 'the tests on a real PostgreSQL; files or node:test options may follow "--"',
  'test:races': 'a batch beside everybody else, at every statement boundary, under every kind of foreign key',
  'test:mutants': 'each safety taken out once: the tests named for it must fail',
  'test:crash': 'the crash suite; "-- --faults 2000 --seed 7" makes a soak, or plays a seed again',
  'test:schedule': 'three workers over twenty slots of a minute each; takes twenty-two minutes',
  types: 'the TypeScript compiler, without output',
  lint: 'format and lint rules (biome); changes nothing',
  format: 'the same, and repairs what it can',
  deadcode: 'files, exports and dependencies that nobody uses (knip)',
  docs: 'writes the generated pages of docs/reference again',
  bench: 'what a move costs, against other ways, as ratios',
}

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const commands = Object.keys(scripts)
  .filter((name) => !name.startsWith('pre'))
  .map((name) => ({ name, command: name === 'test' ? 'npm test' : `npm run ${name}` }))
const width = Math.max(...commands.map(({ command }) => command.length))

for (const { name, command } of commands) {
  console.log(`${command.padEnd(width)}  ${LINES[name] ?? styleText('dim', scripts[name])}`)
}
