// A process that wants the template `raced`; test-database.test.ts starts several at once.
import { buildTemplate } from './template.ts'

const build = async (query: (text: string) => Promise<unknown>): Promise<void> => {
  await query('create table built as select pg_sleep(0.2) is null as late')
  process.stdout.write('built')
}
await buildTemplate({ name: 'raced', build })
