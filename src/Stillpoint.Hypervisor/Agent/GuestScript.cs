using System.Text;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>The programs that are run in the guest: files of <c>src/guest</c>, embedded.</summary>
internal static class GuestScript
{
    public static string Read(string name)
    {
        using var stream = typeof(GuestScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
