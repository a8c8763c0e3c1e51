import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client'
import { useAsk } from '../api/useAsk'
import { PageLink } from '../app/router'
import { Marked } from '../parts/Failure'
import { Answer, Page, Section } from '../parts/States'
import { word } from '../texts'

/** One cause of the catalogue. */
export default function Cause({ id }: { id: string }): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk(`cause ${id}`, signal => ask('showCause', { cause: id }, undefined, { signal }))
  return (
    <Page title={asked.data?.title ?? id}>
      <p><PageLink href="/doctor">{t('doctor.to-catalogue')}</PageLink></p>
      <Answer asked={asked}>
        {c => (
          <>
            <Section title={t('doctor.why')}>
              <p><Marked text={c.why} /></p>
              <p className="quiet">{t('diagnosis.link', { link: word('link', c.stage) })} · <code>{c.id}</code></p>
              <p><Marked text={word('worth', c.worth)} /></p>
            </Section>
            <Section title={t('diagnosis.what-to-do')}>
              <ol>{c.remedies.map(r => <li key={r.id}><Marked text={r.text} /></li>)}</ol>
            </Section>
          </>
        )}
      </Answer>
    </Page>
  )
}
