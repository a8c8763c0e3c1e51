import {
  Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input,
} from '@fluentui/react-components'
import { useState, type ReactElement, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBar } from './States'

/** Asks before something is taken away; with `word`, that has to be typed. The error of a refusal stays in the dialog. */
export function Confirm({ title, children, action, word, open, onClose, onConfirm }: {
  title: string; children: ReactNode; action: string; word?: string; open: boolean; onClose: () => void; onConfirm: () => Promise<void>
}): ReactElement {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const close = () => {
    setTyped('')
    setError(undefined)
    onClose()
  }
  const confirm = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await onConfirm()
      close()
    } catch (e) {
      setError(e as Error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog open={open} onOpenChange={(_, d) => { if (!d.open) close() }} modalType="alert">
      <DialogSurface aria-describedby={undefined}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {children}
            {word ? <Field label={t('confirm.type', { word })}><Input value={typed} onChange={(_, d) => setTyped(d.value)} /></Field> : null}
            {error ? <ErrorBar error={error} /> : null}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" disabled={busy || (word !== undefined && typed !== word)} onClick={() => void confirm()}>{action}</Button>
            <Button onClick={close}>{t('action.not-now')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
