/**
 * The words the sample rows are made of. First names and surnames are common ones of South Africa's languages, combined
 * at random: no row is about a real person. E-mail domains are reserved ones (RFC 2606), so no mail can reach anyone.
 * An entry that occurs more than once is as much more likely. Order matters: rows of a seed follow it.
 */

const words = (text: string): readonly string[] => text.split(',').map((word) => word.trim().replace(/\s+/g, ' '))

export const FIRST_NAMES = words(`
  Thandi, Nomsa, Sipho, Bongani, Zanele, Themba, Nokuthula, Sibusiso, Ayanda, Lindiwe, Mandla, Nomvula, Siyabonga,
  Thulani, Zodwa, Nkosinathi, Busisiwe, Sizwe, Ntombi, Vusi, Xolani, Nosipho, Lwazi, Andile, Luthando, Nandipha,
  Mzwandile, Phumla, Yolanda, Zukiswa, Thabo, Lerato, Tshepo, Kagiso, Boitumelo, Neo, Palesa, Mpho, Karabo, Refilwe,
  Tebogo, Dineo, Lesego, Katlego, Naledi, Tumelo, Tshegofatšo, Mokgadi, Rendani, Mulalo, Tendani, Hlulani, Tsakani,
  Nyiko, Johan, Pieter, Annelie, Hendrik, Elmarie, Francois, François, Riaan, Marietjie, Gerhard, Zoë, Chloë, André,
  Renée, Jaco, Charlene, Ruan, Danélle, Willem, Petronella, Fatima, Yusuf, Ismail, Ayesha, Imraan, Zainab, Riaz,
  Nadia, Priya, Sanjay, Kavitha, Rajesh, Anusha, Devan, Shanti, Nirvana, Michael, Sarah, David, Jennifer, Craig,
  Megan, Wayne, Nicole, Bradley, Tracy, Ashwin, Candice, Grant, Bernadette, Clive, Rochelle, Deon, Chantal, Faith,
  Blessing, Precious, Gift, Beauty, Patience, Innocent, Prudence, Goodwill, Happiness`)

export const SURNAMES = words(`
  Dlamini, Nkosi, Ndlovu, Khumalo, Mthembu, Zulu, Mkhize, Sithole, Ngcobo, Cele, Zungu, Shabalala, Buthelezi, Zwane,
  Mahlangu, Skosana, Masilela, Sibiya, Radebe, Hadebe, Gumede, Ntuli, Mbatha, Xaba, Mdluli, Maseko, Nxumalo, Vilakazi,
  Ngwenya, Mabaso, Mazibuko, Qwabe, Mqadi, Ndaba, Gqirana, Mbeje, Nqaba, Sonti, Gcaba, Mnguni, Mokoena, Molefe,
  Mofokeng, Nkuna, Moloi, Motaung, Tshabalala, Letsoalo, Maluleke, Baloyi, Chauke, Mabunda, Mudau, Netshifhefhe,
  Ravele, Sekhukhune, Modise, Seabi, Phiri, Mashaba, Ledwaba, Rakgadi, Mothapo, Tau, Botha, Van der Merwe, Du Plessis,
  Le Roux, Van Wyk, Pretorius, Fourie, Coetzee, Venter, Swanepoel, Steyn, Nel, Kruger, Jansen van Vuuren, Labuschagne,
  Viljoen, Engelbrecht, Kröger, Müller, De Wet, Olivier, Naudé, Adams, Davids, Jacobs, Abrahams,
  Petersen, September, Fortuin, Hendricks, Isaacs, Arendse, Williams, Smith, Jones, Taylor, Brown, O'Brien, O'Connor,
  D'Almeida, D'Souza, Naidoo, Pillay, Govender, Reddy, Moodley, Chetty, Singh, Maharaj, Patel, Essop, Cassim, Khan`)

/** What an e-mail address makes of a letter outside a to z: one letter for one. */
export const ACCENTED = 'éèëêïíöóôüúšç'
export const PLAIN = 'eeeeiiooouusc'

export const EMAIL_DOMAINS = words(
  'example.com, example.com, example.org, example.net, webmail.example, mail.za.example',
)

/** Prefixes of mobile networks; the three digits after them are always 555. */
export const MOBILE_PREFIXES = words(
  '060, 061, 062, 063, 064, 065, 066, 067, 068, 071, 072, 073, 074, 076, 078, 079, 081, 082, 083, 084',
)

/** For format(): 1 the prefix, 2 the prefix without its 0, 3 the last four digits. */
export const MOBILE_FORMATS = ['%1$s 555 %3$s', '+27 %2$s 555 %3$s', '%1$s555%3$s', '(%1$s) 555-%3$s', '27%2$s555%3$s']

/** For format(): the year and the serial number. Nine in thirteen are written as they should be. */
export const POLICY_FORMATS = [
  ...Array<string>(9).fill('NIC-%s-%s'),
  'nic-%s-%s',
  'Nic-%s-%s',
  'NIC %s %s',
  'NIC%s%s',
] as const

export const LINES_OF_BUSINESS = words(
  'motor, motor, motor, household, household, funeral, funeral, life, legal, business',
)

export const PROVINCES = words(`Gauteng, Gauteng, Gauteng, KwaZulu-Natal, KwaZulu-Natal, Western Cape, Western Cape,
  Eastern Cape, Limpopo, Mpumalanga, North West, Free State, Northern Cape`)

export const CALL_OUTCOMES = words(`promise to pay, promise to pay, no answer, no answer, voicemail, wrong number,
  paid already, disputes the amount, call back, arrangement made`)

export const CALL_REMARKS = words(`Asked for a statement by e-mail, Will pay on the 25th, Line was bad and we agreed to
  speak again, Wants to speak to a supervisor, Confirmed the banking details, Spoke to the spouse, Salary date has moved`)

export const FOLLOW_UP_REASONS = words(`confirm the payment, missed call, send the statement, debit order returned,
  review the arrangement, documents outstanding`)

export const PREFERRED_TIMES = words('morning, lunch, afternoon, after 16:00, Saturday')
