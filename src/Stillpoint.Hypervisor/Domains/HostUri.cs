using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

/// <summary>
/// A libvirt connection URI. Local ones (<c>qemu:///system</c>, <c>qemu+unix:///system?socket=...</c>) are served here; a remote one
/// (<c>qemu+ssh://</c>) is understood and refused with HostRemoteNeedsWorker: sockets and disks are on that machine, so a worker must be too.
/// </summary>
public sealed record HostUri
{
    private HostUri(string text) => Text = text;

    public static HostUri Default { get; } = new("qemu:///system");

    public string Text { get; }

    public static HostUri Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !(uri.Scheme == "qemu" || uri.Scheme.StartsWith("qemu+", StringComparison.Ordinal)))
            throw new FailureException(FailureCode.UsageInvalid, Stage.Input, ("option", "host"), ("value", text), ("expected", "qemu:///system"));
        if (uri.Host.Length > 0 || uri.Scheme is not ("qemu" or "qemu+unix"))
            throw new FailureException(FailureCode.HostRemoteNeedsWorker, Stage.Connect, ("uri", text));
        return new(text);
    }

    public override string ToString() => Text;
}
