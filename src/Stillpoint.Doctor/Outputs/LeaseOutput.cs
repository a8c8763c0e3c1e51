using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary>DHCP lease files: whether the host's address (option 245) came with the lease.</summary>
internal static class LeaseOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        var lease = Array.FindIndex(output.Lines, l => l.TrimStart() is "lease {");
        if (lease < 0) yield break;
        var option = Array.FindLastIndex(output.Lines, l => l.Contains("unknown-245", StringComparison.Ordinal) || l.Contains("option-245", StringComparison.Ordinal));
        yield return output.Fact("guest.dhcp-option-245", option < 0 ? "missing" : "present", (option < 0 ? lease : option) + 1);
    }
}
