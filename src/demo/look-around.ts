/** What the reader can do next: with the running server, and with the folder when it is kept. */
import type { DemoDashboard } from './dashboard.ts'
import type { Tour } from './tour.ts'

export function tellHowToGoOn(
  { tell, url, urlPath, configPath, options }: Tour,
  dashboard: DemoDashboard | null,
): void {
  const isKept = options.keep || options.again !== null
  const opened =
    dashboard === null
      ? ''
      : `
 dashboard  ${dashboard.url}   (45 nights of another call center)
 API key    ${dashboard.key}
 try        082 555 0142 in its search: a customer who phones again
`
  tell.plain(`
${tell.style.strong('Look around')} until Ctrl-C ends the server${isKept ? '' : ' and removes its folder'}:
${opened}
 psql '${url}'

 export MOTHBALL_DATABASE_URL=$(cat ${urlPath})
 npx mothball history --config ${configPath}
 npx mothball doctor --config ${configPath}
`)
}

/** After the server has ended. */
export function tellWhatIsLeft({ tell, folder, options }: Tour): void {
  const isKept = options.keep || options.again !== null
  const kept = `The server has ended; its folder stays: ${folder}
   npx mothball demo --again ${folder}
starts it again, and \`rm -r\` removes it.`
  tell.plain(isKept ? `\n${kept}` : '\nThe server has ended, its folder is gone.')
}
