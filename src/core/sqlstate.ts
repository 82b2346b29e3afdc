/** What a SQLSTATE is about: the rows, another session, the time it took, or the server. Decides what is tried next. */

/** SQLSTATE classes that speak of the connection, the statement or the server. All others are about the rows. */
const NOT_ABOUT_ROWS = /^(08|25|26|42|53|54001|57|58|XX)/

/** Others held what was needed, or a statement's name was not what it had been; the same may pass now. */
const TRANSIENT: readonly string[] = ['40P01', '55P03', '40001', '26000', '42P05']

/** The statement took too long: fewer rows at once may pass. */
const TIMEOUT = '57014'

/** No such table or schema under that name. */
export const isMissing = (sqlstate: string): boolean => sqlstate === '42P01' || sqlstate === '3F000'

/** The database refuses the rows themselves: their data, their integrity, or a trigger's word about them. */
export const isRefusal = (sqlstate: string): boolean => sqlstate !== '' && !NOT_ABOUT_ROWS.test(sqlstate)

export const isTransient = (sqlstate: string): boolean => TRANSIENT.includes(sqlstate)

export const isTimeout = (sqlstate: string): boolean => sqlstate === TIMEOUT
