using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>
/// libvirt's errors as failures, by code and domain alone: its words may be in any language. Calls that know more (a begin, an agent
/// command) look at the code themselves first.
/// </summary>
internal static class LibvirtFailures
{
    private const int EPERM = 1, ENOENT = 2, EACCES = 13, ECONNREFUSED = 111;

    public static Failure From(string call, NativeError error, Stage stage, string uri)
    {
        var code = Code(error);
        var failure = code switch
        {
            FailureCode.HostUnreachable or FailureCode.HostPermissionDenied or FailureCode.HostConnectionLost => Failure.Of(code, stage, ("uri", uri)),
            FailureCode.HostRefused => Failure.Of(code, stage, ("call", call), ("code", Number(error.Code)), ("domain", Number(error.Domain))),
            _ => Failure.Of(code, stage, ("call", call)),
        };
        failure = failure.With(Evidence(call, error));
        return code is FailureCode.HostConnectionLost or FailureCode.VmBusyWithOtherJob or FailureCode.HostUnreachable
            ? failure.CanRetry() : failure;
    }

    public static Evidence Evidence(string call, NativeError error) =>
        new(call, string.Create(CultureInfo.InvariantCulture, $"{error.Message} (code {error.Code}, domain {error.Domain})"));

    private static FailureCode Code(NativeError error) => (error.Code, error.Domain, error.Errno) switch
    {
        // What the socket said. Before a connection stands these are about reaching it, later about losing it.
        (VirError.SystemError, VirFrom.Rpc, EACCES or EPERM) => FailureCode.HostPermissionDenied,
        (VirError.SystemError, VirFrom.Rpc, ENOENT or ECONNREFUSED) => FailureCode.HostUnreachable,
        (VirError.SystemError, VirFrom.Rpc, _) => FailureCode.HostConnectionLost,
        (VirError.Internal, VirFrom.Rpc, _) => FailureCode.HostConnectionLost,
        (VirError.InvalidConnection, _, _) => FailureCode.HostConnectionLost,
        (VirError.NoConnect, _, _) => FailureCode.HostUnreachable,
        (VirError.AuthFailed or VirError.AuthCancelled or VirError.AuthUnavailable, _, _) => FailureCode.HostPermissionDenied,
        (VirError.OperationDenied or VirError.AccessDenied, _, _) => FailureCode.HostPermissionDenied,
        (_, VirFrom.Polkit, _) => FailureCode.HostPermissionDenied,
        (VirError.NoDomain, _, _) => FailureCode.VmNotFound,
        (VirError.NoStoragePool, _, _) => FailureCode.PoolNotFound,
        (VirError.NoCheckpoint or VirError.CheckpointInconsistent, _, _) => FailureCode.CheckpointInconsistent,
        (VirError.OperationTimeout, _, _) => FailureCode.VmBusyWithOtherJob,
        _ => FailureCode.HostRefused,
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
