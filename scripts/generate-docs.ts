// Writes the generated pages of docs/ and says which of them changed. test/docs.test.ts fails when one is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedPages } from './docs/generated.ts'

const FOLDER = fileURLToPath(new URL('../docs/', import.meta.url))

for (const [path, text] of generatedPages()) {
  const file = join(FOLDER, path)
  const isSame = existsSync(file) && readFileSync(file, 'utf8') === text
  console.log(`${isSame ? 'unchanged' : 'written  '}  docs/${path}`)
  if (isSame) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
