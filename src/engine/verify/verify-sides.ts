/** `one_side`: no subject and no related row is both active and archived. */
import { tableText } from '../../core/names.ts'
import { type Check, checkOf } from '../../core/verify.ts'
import { onBothSidesSql } from '../../sql/verify-rows.sql.ts'
import { namedRows, readableTables, rows, type VerifyContext } from './verify-context.ts'

export async function checkSides(context: VerifyContext): Promise<Check> {
  const tables = readableTables(context)
  const differences: string[] = []
  let twice = 0
  for (const { shape, archive } of tables) {
    const row = await context.session.one(onBothSidesSql(shape, archive))
    twice += Number(row.count)
    if (row.count !== '0') differences.push(`${tableText(shape.name)}: ${namedRows(row)} both active and archived`)
  }
  const total = `${rows(twice)} on both sides of ${tables.length} tables`
  return checkOf('one_side', twice === 0, [...differences, total])
}
