import { Button, Field, Input } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { navigate } from '../app/router'
import type { VaultStatsView } from '../generated/api'
import { number, percent, size, time } from '../parts/format'
import { Answer, Empty, ErrorBar, Page, Section } from '../parts/States'
import { Table } from '../parts/Table'

export default function Vault(): ReactElement {
  const { t } = useTranslation()
  const stats = useAsk('stats', signal => ask('showVaultStats', {}, undefined, { signal }))
  useLive(stats.reload, n => n.kind === 'ended')
  return (
    <Page title={t('page.vault')}>
      <Section title={t('vault.space')}><Answer asked={stats}>{s => <Space stats={s} />}</Answer></Section>
      {may('operator', true) ? <div className="two"><Verify /><Collect /></div> : null}
      <Section title={t('vault.at-work')}>
        <Answer asked={stats}>
          {s => (s.leases.length === 0 ? <Empty>{t('vault.nobody')}</Empty> : (
            <Table
              label={t('vault.at-work')} rows={s.leases} id={l => `${l.host} ${l.processId} ${l.purpose} ${l.renewed}`}
              columns={[
                { key: 'purpose', title: t('vault.purpose'), cell: l => l.purpose },
                { key: 'host', title: t('vault.host'), cell: l => `${l.host} (${l.processId})` },
                { key: 'renewed', title: t('vault.renewed'), wide: true, cell: l => time(l.renewed) },
              ]}
            />
          ))}
        </Answer>
      </Section>
      {may('admin', true) ? <Keys /> : null}
    </Page>
  )
}

function Space({ stats: s }: { stats: VaultStatsView }): ReactElement {
  const { t } = useTranslation()
  return (
    <dl>
      <dt>{t('vault.path')}</dt><dd><code>{s.path}</code></dd>
      <dt>{t('overview.points')}</dt><dd>{t('vault.points-of', { points: number(s.points), vms: number(s.vms) })}</dd>
      <dt>{t('vault.logical')}</dt><dd>{size(s.logicalBytes)}</dd>
      <dt>{t('vault.stored')}</dt><dd>{size(s.storedBytes)}{s.logicalBytes > 0 ? ` (${percent(s.storedBytes / s.logicalBytes)})` : ''}</dd>
      <dt>{t('vault.packs')}</dt><dd>{t('vault.packs-of', { data: size(s.dataBytes), pages: size(s.pageBytes), index: size(s.indexBytes) })}</dd>
      <dt>{t('vault.unproven')}</dt><dd>{number(s.packsUnproven)}</dd>
      <dt>{t('vault.oldest-proof')}</dt><dd>{s.oldestProof ? time(s.oldestProof) : t('vault.never')}</dd>
      <dt>{t('vault.created')}</dt><dd>{time(s.created)}</dd>
      <dt>{t('job.id')}</dt><dd><code>{s.id}</code></dd>
    </dl>
  )
}

function useStart(): [boolean, Error | undefined, (start: () => Promise<{ job: string }>) => void] {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const run = async (start: () => Promise<{ job: string }>) => {
    setBusy(true)
    setError(undefined)
    try {
      navigate(`/jobs/${(await start()).job}`)
    } catch (e) {
      setError(e as Error)
      setBusy(false)
    }
  }
  return [busy, error, start => void run(start)]
}

function Verify(): ReactElement {
  const { t } = useTranslation()
  const [share, setShare] = useState('100')
  const [busy, error, start] = useStart()
  const value = Number(share)
  const fits = value >= 1 && value <= 100
  return (
    <Section title={t('vault.verify')}>
      <p className="quiet">{t('vault.verify-about')}</p>
      {error ? <ErrorBar error={error} /> : null}
      <form className="filters" onSubmit={e => { e.preventDefault(); start(() => ask('startVerify', {}, { samplePercent: value })) }}>
        <Field label={t('vault.share')}><Input type="number" min={1} max={100} value={share} onChange={(_, d) => setShare(d.value)} /></Field>
        <Button type="submit" disabled={busy || !fits}>{t('vault.verify-go')}</Button>
      </form>
    </Section>
  )
}

function Collect(): ReactElement {
  const { t } = useTranslation()
  const [busy, error, start] = useStart()
  return (
    <Section title={t('vault.gc')}>
      <p className="quiet">{t('vault.gc-about')}</p>
      {error ? <ErrorBar error={error} /> : null}
      <div className="actions">
        <Button disabled={busy} onClick={() => start(() => ask('startGc', {}, { dryRun: true }))}>{t('vault.gc-dry')}</Button>
        <Button disabled={busy} onClick={() => start(() => ask('startGc', {}, {}))}>{t('vault.gc-go')}</Button>
      </div>
    </Section>
  )
}

function Keys(): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk('keys', signal => ask('listVaultKeys', {}, undefined, { signal }))
  return (
    <Section title={t('vault.keys')}>
      <p className="quiet">{t('vault.keys-about')} <code>stillpoint vault key</code></p>
      <Answer asked={asked}>
        {keys => (
          <Table
            label={t('vault.keys')} rows={keys} id={k => k.id}
            columns={[
              { key: 'kind', title: t('vault.key-kind'), cell: k => (k.kind === 'recovery-key' ? t('vault.recovery-key') : t('vault.passphrase')) },
              { key: 'label', title: t('settings.label'), cell: k => k.label },
              { key: 'created', title: t('settings.created'), wide: true, cell: k => time(k.created) },
            ]}
          />
        )}
      </Answer>
    </Section>
  )
}
