using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct SupportCalls(StillpointClient client)
{
    /// <returns>A <c>.tar.gz</c>. Takes some seconds.</returns>
    public Task<byte[]> CollectAsync(SupportRequest request, CancellationToken ct) => client.PostForBytesAsync("/support-bundle", request, Default.SupportRequest, ct);
}
