/** What the reader can do next: with the running server, and with the folder when it is kept. */
import type { Tour } from './tour.ts'

export function tellHowToGoOn({ tell, url, configPath, options }: Tour): void {
  const { strong } = tell.style
  const isKept = options.keep || options.again !== null
  tell.plain(`
${strong('Look around')} until Ctrl-C ${isKept ? 'ends the server' : 'ends the server and removes its folder'}:

   export MOTHBALL_DATABASE_URL='${url}'
   psql "$MOTHBALL_DATABASE_URL"
   npx mothball history --config ${configPath}
   npx mothball show 082-555-0142 --config ${configPath}
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
