import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

/** Each language's own name, which needs no translation. */
export const languages = { en: 'English', nl: 'Nederlands', 'zh-Hans': '简体中文', 'pt-BR': 'Português (Brasil)', fr: 'Français' } as const

export type LanguageTag = keyof typeof languages

const key = 'stillpoint-language'

const loaders: Record<LanguageTag, () => Promise<{ default: Record<string, string> }[]>> = {
  en: () => Promise.all([import('./en.json'), import('../generated/words.en.json')]),
  nl: () => Promise.all([import('./nl.json'), import('../generated/words.nl.json')]),
  'zh-Hans': () => Promise.all([import('./zh-Hans.json'), import('../generated/words.zh-Hans.json')]),
  'pt-BR': () => Promise.all([import('./pt-BR.json'), import('../generated/words.pt-BR.json')]),
  fr: () => Promise.all([import('./fr.json'), import('../generated/words.fr.json')]),
}

/** The first of the browser's languages that there are texts in; else English. */
export function languageOf(wanted: readonly string[]): LanguageTag {
  for (const tag of wanted) {
    const [language, ...rest] = tag.toLowerCase().split('-')
    if (language === 'en' || language === 'nl' || language === 'fr') return language
    if (language === 'pt') return 'pt-BR'
    if (language === 'zh' && !rest.some(part => part === 'hant' || part === 'tw' || part === 'hk' || part === 'mo')) return 'zh-Hans'
  }
  return 'en'
}

function first(): LanguageTag {
  const kept = window.localStorage.getItem(key)
  return kept !== null && kept in languages ? kept as LanguageTag : languageOf(navigator.languages)
}

async function load(tag: LanguageTag): Promise<void> {
  if (!i18next.hasResourceBundle(tag, 'translation')) {
    const parts = await loaders[tag]()
    i18next.addResourceBundle(tag, 'translation', Object.assign({}, ...parts.map(p => p.default)))
  }
  await i18next.changeLanguage(tag)
  document.documentElement.lang = tag
}

export async function startTexts(): Promise<void> {
  const tag = first()
  // Complete in each language (a test holds that), so that no second one is ever loaded to fall back on.
  await i18next.use(initReactI18next).init({
    lng: tag, fallbackLng: false, resources: {}, keySeparator: false, nsSeparator: false, interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  await load(tag)
}

export async function chooseLanguage(tag: LanguageTag): Promise<void> {
  window.localStorage.setItem(key, tag)
  await load(tag)
}

/** A code's words as Stillpoint.Texts has them; a code nobody knows is shown as it is. */
export function word(kind: string, code: string): string {
  const name = `${kind}.${code}`
  return i18next.exists(name) ? i18next.t(name) : code
}
