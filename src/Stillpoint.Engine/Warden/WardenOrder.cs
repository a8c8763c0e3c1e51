using System.Globalization;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Warden;

/// <summary>What a warden is told at its start, as its command line: nothing in it is secret.</summary>
/// <param name="ScratchFolder">Its file system's free space is watched while the job runs.</param>
public sealed record WardenOrder(HostUri Host, VmId Vm, TimeSpan FreezeLimit, string SocketPath, string ScratchFolder)
{
    /// <summary>The hidden verb of the CLI that runs a warden.</summary>
    public const string Verb = "warden";

    public string[] ToArguments() =>
    [
        Verb, Host.Text, Vm.ToString(),
        ((long)FreezeLimit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), SocketPath, ScratchFolder,
    ];

    /// <param name="arguments">Without the verb.</param>
    public static WardenOrder Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count != 5 || !Guid.TryParse(arguments[1], out var vm) ||
            !long.TryParse(arguments[2], NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            throw new FailureException(FailureCode.UsageInvalid, Stage.Input, ("option", Verb),
                ("value", string.Join(' ', arguments)), ("expected", "URI UUID LIMIT-MS SOCKET FOLDER"));
        return new(HostUri.Parse(arguments[0]), new(vm), TimeSpan.FromMilliseconds(limit), arguments[3], arguments[4]);
    }
}
