import type { ReactElement, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { PageLink } from '../app/router'
import type { FailureView, OverviewView } from '../generated/api'
import { ago, number, size, time } from '../parts/format'
import { FailureText } from '../parts/Failure'
import { JobProgress } from '../parts/JobProgress'
import { JobTable } from '../parts/JobTable'
import { Answer, Empty, Page, Section } from '../parts/States'
import { word } from '../texts'

export default function Overview(): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk('overview', signal => ask('showOverview', {}, undefined, { signal }))
  useLive(asked.reload)
  return (
    <Page title={t('page.overview')}>
      <Answer asked={asked}>{view => <Found view={view} />}</Answer>
    </Page>
  )
}

function Found({ view }: { view: OverviewView }): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      <div className="tiles">
        <Tile title={t('overview.vms')} value={view.vms} more={view.vmsRunning === null ? null : t('overview.running-vms', { n: number(view.vmsRunning) })} to="/vms" />
        <Tile title={t('overview.with-points')} value={view.vmsWithPoints} more={view.vms === null ? null : t('overview.of-vms', { n: number(view.vms) })} />
        <Tile title={t('overview.points')} value={view.points} more={view.newestPoint ? t('overview.newest', { ago: ago(view.newestPoint, Date.parse(view.now)) }) : null} />
        <Tile title={t('overview.failed')} value={view.jobs.failed ?? 0} more={t('overview.last-day')} to="/jobs?state=failed" />
        <Tile title={t('overview.stepped-down')} value={view.jobs['completed-with-warnings'] ?? 0} more={t('overview.last-day')} to="/jobs?state=completed-with-warnings" />
        <Tile title={t('overview.completed')} value={view.jobs.completed ?? 0} more={t('overview.last-day')} to="/jobs?state=completed" />
      </div>
      <Unasked title={t('overview.no-host')} failure={view.host} />
      <Unasked title={t('overview.no-vault')} failure={view.vault} />
      <Section title={t('overview.running')}>
        {view.running.length === 0 ? <Empty>{t('overview.none-running')}</Empty> : (
          <ul className="steps">
            {view.running.map(j => (
              <li key={j.id} style={{ display: 'block' }}>
                <PageLink href={`/jobs/${j.id}`}>{word('job-kind', j.kind)}{j.vm ? ` · ${j.vm}` : ''}</PageLink>
                <span className="quiet"> {t('job.since', { time: time(j.started) })}</span>
                <JobProgress job={j.id} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Attention since={view.now} />
      {may('reader', true) && view.vault === null ? <VaultSize /> : null}
    </>
  )
}

function Tile({ title, value, more, to }: { title: string; value: number | null; more?: string | null; to?: string }): ReactElement {
  const { t } = useTranslation()
  const name: ReactNode = to ? <PageLink href={to}>{title}</PageLink> : title
  return (
    <div className="tile">
      {name}
      <strong>{value === null ? t('overview.unknown') : number(value)}</strong>
      <span className="quiet">{more}</span>
    </div>
  )
}

function Unasked({ title, failure }: { title: string; failure: FailureView | null }): ReactElement | null {
  return failure ? <Section title={title}><FailureText failure={failure} /></Section> : null
}

/** What failed, and what is worth less than it should be, of the last day. */
function Attention({ since }: { since: string }): ReactElement {
  const { t } = useTranslation()
  const from = new Date(Date.parse(since) - 86_400_000).toISOString()
  const asked = useAsk('attention', async signal => {
    const pages = await Promise.all(['failed', 'completed-with-warnings'].map(state => ask('listJobs', { state, since: from, limit: 10 }, undefined, { signal })))
    return pages.flatMap(p => p.items)
  })
  useLive(asked.reload, n => n.kind === 'ended')
  return (
    <Section title={t('overview.attention')} actions={<PageLink href="/jobs">{t('overview.all-jobs')}</PageLink>}>
      <Answer asked={asked}>
        {jobs => (jobs.length === 0 ? <Empty>{t('overview.nothing-wrong')}</Empty> : <JobTable label={t('overview.attention')} jobs={jobs} />)}
      </Answer>
    </Section>
  )
}

function VaultSize(): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk('stats', signal => ask('showVaultStats', {}, undefined, { signal }))
  return (
    <Section title={t('page.vault')} actions={<PageLink href="/vault">{t('overview.more')}</PageLink>}>
      <Answer asked={asked}>
        {s => (
          <dl>
            <dt>{t('vault.stored')}</dt><dd>{size(s.storedBytes)}</dd>
            <dt>{t('vault.logical')}</dt><dd>{size(s.logicalBytes)}</dd>
            <dt>{t('vault.oldest-proof')}</dt><dd>{s.oldestProof ? time(s.oldestProof) : t('vault.never')}</dd>
          </dl>
        )}
      </Answer>
    </Section>
  )
}
