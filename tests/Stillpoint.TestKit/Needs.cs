using Xunit;

namespace Stillpoint.TestKit;

/// <summary>What a test needs from the machine. A need that is not met skips the test, and the reason is printed.</summary>
public static class Needs
{
    /// <summary>Value of the <c>Needs</c> trait: tests that run a real VM.</summary>
    public const string Vm = "vm";

    /// <summary>Value of the <c>Needs</c> trait: tests that only run installed programs.</summary>
    public const string Tools = "tools";

    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    public static void Programs(params string[] names)
    {
        var missing = names.Where(name => Tool.Find(name) is null).ToArray();
        Assert.SkipUnless(missing.Length == 0, $"needs {string.Join(", ", missing)} (eng/install-packages tests)");
    }

    public static void VirtualMachine()
    {
        Root();
        Programs("libvirtd", "virsh", "qemu-system-x86_64", "qemu-img", "unshare", "mmdebstrap", "mke2fs", "nbdcopy");
    }
}
