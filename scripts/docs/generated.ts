/** The generated pages by their path below docs/: what `npm run docs` writes, and what a test compares with. */
import { commandLinePage } from './command-line.ts'
import { configurationPage } from './configuration.ts'
import { errorsPage, exitCodesPage } from './errors.ts'
import { httpApiPage } from './http-api.ts'

export const generatedPages = (): ReadonlyMap<string, string> =>
  new Map([
    ['reference/command-line.md', commandLinePage()],
    ['reference/configuration.md', configurationPage()],
    ['reference/errors.md', errorsPage()],
    ['reference/exit-codes.md', exitCodesPage()],
    ['reference/http-api.md', httpApiPage()],
  ])
