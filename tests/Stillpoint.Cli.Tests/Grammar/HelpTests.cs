using System.Text.RegularExpressions;
using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Texts;
using Xunit;

namespace Stillpoint.Cli.Tests.Grammar;

public sealed partial class HelpTests
{
    public static TheoryData<string> Languages => ["en", "nl", "zh-Hans", "pt-BR", "fr"];

    [Theory, MemberData(nameof(Languages))]
    public async Task Help_OfEveryCommand_RendersInTheLanguage(string tag)
    {
        using var host = new CliHost();
        var texts = LocalTexts.For(Language.Find(tag)!);
        foreach (var (path, command) in Commands(CommandTree.Root, []))
        {
            var help = (await host.BareAsync([.. path, "--help", "--lang", tag])).Must().Out;
            if (path.Length > 0) Assert.StartsWith(texts.Of("cmd." + string.Join('.', path)), help, StringComparison.Ordinal);
            foreach (var option in command.Options) Assert.Contains(texts.Of(option.HelpKey), help, StringComparison.Ordinal);
            foreach (var child in command.Commands.Where(c => c.Run is not null))
                Assert.Contains(texts.Of("cmd." + string.Join('.', path.Append(child.Name))), help, StringComparison.Ordinal);
        }
    }

    /// <summary>Every text is used by something here, and everything here has its text.</summary>
    [Fact]
    public void Keys_OfTheTexts_AreThoseTheProgramUses()
    {
        var json = File.ReadAllText(Repository.PathOf("src", "Stillpoint.Texts", "Resources", "en.json"));
        var keys = KeyInFile().Matches(json).Select(m => m.Groups[1].Value).ToArray();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("src", "Stillpoint.Cli"), "*.cs", SearchOption.AllDirectories))
        {
            foreach (Match literal in Literal().Matches(File.ReadAllText(file))) used.Add(literal.Groups[1].Value);
        }
        foreach (var (path, command) in Commands(CommandTree.Root, []))
        {
            if (path.Length > 0) used.Add("cmd." + string.Join('.', path));
            if (command.Argument is { } argument) used.Add(argument.HelpKey);
            foreach (var option in command.Options.Concat(CommandTree.Everywhere)) used.Add(option.HelpKey);
        }
        // Families whose keys come from enums: Texts' own tests hold them to those.
        string[] families = ["failure.", "stage.", "consistency.", "job-state.", "job-kind.", "sub-task.", "read-mode.", "power.", "form.", "reason.", "keep.", "start-kind.", "alert.", "gc.phase.", "support-part.", "endpoint.", "address-from."];
        Assert.All(Enum.GetValues<KeepReason>(), r => Assert.Contains("keep." + r.ToText(), keys));
        Assert.All(Enum.GetValues<Control.Planning.StartKind>(), k => Assert.Contains("start-kind." + k.ToText(), keys));
        Assert.Equal(Control.Support.SupportBundle.Parts.Select(p => "support-part." + p).Order(StringComparer.Ordinal), keys.Where(k => k.StartsWith("support-part.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(Waagent.GuestEndpoint.All(Waagent.GuestEndpoint.DefaultSnapshot), e => Assert.Contains("endpoint." + e.Use, keys));
        Assert.All(Enum.GetValues<Engine.Network.AddressFrom>(), f => Assert.Contains("address-from." + f.ToText(), keys));
        Assert.All(Enum.GetValues<Vault.GcPhase>(), p => Assert.Contains("gc.phase." + p.ToText(), keys));
        Assert.Equal([], keys.Where(k => !used.Contains(k) && !families.Any(f => k.StartsWith(f, StringComparison.Ordinal))));
        Assert.Equal([], used.Where(u => KeyShape().IsMatch(u) && !keys.Contains(u) && !keys.Contains("opt." + u) && !families.Any(f => u.StartsWith(f, StringComparison.Ordinal))));
    }

    [Fact]
    public void PowerStates_OfTheHypervisor_HaveTexts()
    {
        var texts = LocalTexts.For(Language.English);
        Assert.All(Enum.GetValues<Hypervisor.PowerState>(), state => Assert.NotEmpty(texts.Of("power." + state.ToText())));
    }

    [Fact]
    public void Readme_AndOperationsPage_NameEveryCommandAndOption()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "operations", "cli.md"));
        foreach (var (path, command) in Commands(CommandTree.Root, []).Where(c => c.Command.Run is not null))
        {
            Assert.Contains("stillpoint " + string.Join(' ', path), page, StringComparison.Ordinal);
            Assert.All(command.Options, o => Assert.Contains("--" + o.Name, page, StringComparison.Ordinal));
        }
        Assert.All(CommandTree.Everywhere, o => Assert.Contains("--" + o.Name, page, StringComparison.Ordinal));
    }

    private static IEnumerable<(string[] Path, CommandSpec Command)> Commands(CommandSpec command, string[] path) =>
        command.Commands.SelectMany(c => Commands(c, [.. path, c.Name])).Prepend((path, command));

    [GeneratedRegex("^  \"([^\"]+)\":", RegexOptions.Multiline)]
    private static partial Regex KeyInFile();

    [GeneratedRegex("\"([a-z][a-z-]*\\.[a-z][a-z.-]*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^(help|cmd|arg|opt|col|label|prompt|progress|task|backup|restore|serve|vault|key|check|vm|list|recovered|verify|rebuild|lease)\.[a-z.-]+$")]
    private static partial Regex KeyShape();
}
