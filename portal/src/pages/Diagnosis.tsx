import { Badge } from '@fluentui/react-components'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client'
import { useAsk } from '../api/useAsk'
import { PageLink } from '../app/router'
import type { DiagnosisView } from '../generated/api'
import { Evidence, Marked } from '../parts/Failure'
import { Answer, Empty } from '../parts/States'
import { word } from '../texts'

/** What the doctor says of a job that failed, or did less than was wanted. */
export function Diagnosis({ job }: { job: string }): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk(`diagnosis ${job}`, async signal => (await ask('diagnoseJob', { job }, undefined, { signal })) ?? null)
  return <Answer asked={asked}>{found => (found === null ? <Empty>{t('diagnosis.nothing-seen')}</Empty> : <Found diagnosis={found} />)}</Answer>
}

export function Found({ diagnosis }: { diagnosis: DiagnosisView }): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      {diagnosis.causes.map(c => (
        <article className="cause" key={c.id} aria-label={c.title}>
          <h3>{c.title}</h3>
          <p className="inline">
            <Badge appearance="tint" color="danger">{word('confidence', c.confidence)}</Badge>
            <span className="quiet">{t('diagnosis.link', { link: word('link', c.stage) })} · <PageLink href={`/doctor/${c.id}`}>{c.id}</PageLink></span>
          </p>
          <p><Marked text={c.why} /></p>
          <p className="quiet"><Marked text={word('worth', c.worth)} /></p>
          <Evidence lines={c.evidence} />
          {c.remedies.length > 0 ? <><strong>{t('diagnosis.what-to-do')}</strong><ol>{c.remedies.map(r => <li key={r.id}><Marked text={r.text} /></li>)}</ol></> : null}
          {c.repair ? <p className="quiet">{t('diagnosis.repair', { repair: c.repair })} <code>stillpoint doctor --vm VM --repair safe</code></p> : null}
          {c.consequences.length > 0 ? <p className="quiet">{t('diagnosis.consequences')} {c.consequences.map(id => <span key={id}><PageLink href={`/doctor/${id}`}>{id}</PageLink> </span>)}</p> : null}
        </article>
      ))}
      {diagnosis.candidates.length > 0 ? (
        <>
          <p>{t('diagnosis.candidates')}</p>
          <ul>{diagnosis.candidates.map(id => <li key={id}><PageLink href={`/doctor/${id}`}>{id}</PageLink></li>)}</ul>
        </>
      ) : null}
      {diagnosis.causes.length === 0 && diagnosis.candidates.length === 0
        ? <Empty>{diagnosis.healthy ? t('diagnosis.healthy') : t('diagnosis.cannot-tell')}</Empty>
        : null}
      {diagnosis.skipped && diagnosis.skipped.length > 0 ? (
        <details>
          <summary>{t('diagnosis.skipped')}</summary>
          <ul>{diagnosis.skipped.map(s => <li key={s.path}><code>{s.path}</code> <span className="quiet">{s.reason}</span></li>)}</ul>
        </details>
      ) : null}
    </>
  )
}
