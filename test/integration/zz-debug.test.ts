import { test } from 'node:test'
import { program, sampleDatabase } from '../support/program.ts'

test('debug', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json } = program(t, db)
  await json('homecoming', 'install', '--yes')
  console.log(JSON.stringify((await json('homecoming', 'install', '--yes')).last))
  console.log(JSON.stringify((await json('homecoming', 'install')).last))
})
