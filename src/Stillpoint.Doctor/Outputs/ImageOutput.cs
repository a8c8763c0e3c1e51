using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary><c>qemu-img info</c> and <c>virsh list --all</c>.</summary>
internal static partial class ImageOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        string? image = null;
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            if (line.StartsWith("image: ", StringComparison.Ordinal)) image = Path.GetFileName(line["image: ".Length..].Trim());
            else if (image is not null && Property().Match(line) is { Success: true } p)
                yield return output.Fact($"host.disk.{p.Groups["name"].Value.Replace("file format", "format", StringComparison.Ordinal)}:{image}", p.Groups["value"].Value, i + 1);
            else if (image is not null && line.Trim() == "corrupt: true")
                yield return output.Fact("host.image-corrupt:" + image, "true", i + 1);
        }
    }

    [GeneratedRegex(@"^\s*(?<name>file format|compat): (?<value>[\w.]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Property();
}
