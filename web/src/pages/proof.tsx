// pages/proof.tsx - the button that fetches the offline proof of one EPC and saves it.

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { proof } from '../api/client';
import { useMessages } from '../i18n/context';
import { Icon } from '../ui/icons';
import { Failure } from '../ui/notice';

/** A file name that every system takes. */
export function proofName(epc: string): string {
  const tail = epc.split(/[:/]/).pop() ?? '';
  return `proof-${tail.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 80)}.json`;
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const a = document.createElement('a');
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export function ProofButton({ epc }: { epc: string }) {
  const m = useMessages();
  const name = proofName(epc);
  const make = useMutation({
    mutationFn: () => proof(epc),
    networkMode: 'always',
    onSuccess: (blob) => save(blob, name),
  });
  return (
    <>
      <Button
        size="lg"
        variant="default"
        leftSection={<Icon name="down" />}
        loading={make.isPending}
        onClick={() => make.mutate()}
      >
        {m.text('pack.proof')}
      </Button>
      <div role="status" className="pt-wide">
        {make.isPending && <span className="pt-sr">{m.text('pack.proof_busy')}</span>}
        {make.isSuccess && (
          <p>
            <Icon name="ok" size={20} /> {m.text('pack.proof_done', { name })}
          </p>
        )}
      </div>
      {make.isError && <Failure error={make.error} title={m.text('pack.proof_failed')} />}
    </>
  );
}
