using System.Globalization;
using Stillpoint.Hypervisor.Interop;

namespace Stillpoint.Hypervisor;

/// <summary>What job a domain is busy with. Answers at once even while the job holds the domain's lock.</summary>
internal static unsafe class JobStats
{
    private const int None = 0, Completed = 3, Failed = 4, Cancelled = 5;
    private const int Backup = 9;

    private static readonly string[] Operations =
    [
        "unknown", "start", "save", "restore", "migration-in", "migration-out", "snapshot", "snapshot-revert", "dump", "backup", "snapshot-delete",
    ];

    public static RunningJob? Read(DomainHandle domain)
    {
        if (NativeMethods.virDomainGetJobStats(domain, out var type, out var parameters, out var count, 0) != 0)
        {
            var error = NativeError.Last();
            return error.Code == VirError.OperationInvalid ? null : throw new LibvirtException("virDomainGetJobStats", error);
        }
        var values = TypedParameters.Read(parameters, count);
        NativeMethods.virTypedParamsFree(parameters, count);
        if (type is None or Completed or Failed or Cancelled) return null;
        var operation = int.Parse(values.GetValueOrDefault("operation", "0"), CultureInfo.InvariantCulture);
        return new(operation < Operations.Length ? Operations[operation] : Operations[0], operation == Backup);
    }
}
