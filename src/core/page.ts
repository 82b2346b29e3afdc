/** A page of a list that is read from its newest entry backwards: so many, older than the one numbered `before`. */
export type Page = Readonly<{ limit?: number; before?: number | null }>
