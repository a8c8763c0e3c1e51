using Stillpoint.Cli.Grammar;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Grammar;

public sealed class CommandLineParserTests
{
    [Theory]
    [InlineData("vualt stats", FailureCode.UsageUnknownCommand, "value=vualt help=stillpoint --help nearest=vault")]
    [InlineData("vault statz", FailureCode.UsageUnknownCommand, "value=vault statz help=stillpoint vault --help nearest=stats")]
    [InlineData("vault", FailureCode.UsageUnknownCommand, "value=vault help=stillpoint vault --help")]
    [InlineData("", FailureCode.UsageUnknownCommand, "value=stillpoint help=stillpoint --help")]
    [InlineData("warden", FailureCode.UsageUnknownCommand, "value=warden help=stillpoint --help")]
    [InlineData("backup vm --stric", FailureCode.UsageUnknownOption, "command=stillpoint backup value=--stric help=stillpoint backup --help nearest=--strict")]
    [InlineData("backup vm --passphrase x", FailureCode.UsageUnknownOption, "command=stillpoint backup value=--passphrase help=stillpoint backup --help")]
    [InlineData("vm list --strict", FailureCode.UsageUnknownOption, "command=stillpoint vm list value=--strict help=stillpoint vm list --help")]
    [InlineData("backup", FailureCode.UsageArgumentMissing, "command=stillpoint backup argument=VM usage=stillpoint backup VM")]
    [InlineData("backup a b", FailureCode.UsageArgumentUnwanted, "command=stillpoint backup value=b usage=stillpoint backup VM")]
    [InlineData("vm list x", FailureCode.UsageArgumentUnwanted, "command=stillpoint vm list value=x usage=stillpoint vm list")]
    [InlineData("backup vm --vault", FailureCode.UsageValueMissing, "option=vault placeholder=DIR")]
    [InlineData("backup vm --vault --json", FailureCode.UsageValueMissing, "option=vault placeholder=DIR")]
    [InlineData("backup vm --vault=", FailureCode.UsageValueMissing, "option=vault placeholder=DIR")]
    [InlineData("backup vm --strict=yes", FailureCode.UsageValueUnwanted, "option=strict value=yes")]
    [InlineData("backup vm --vault a --vault b", FailureCode.UsageGivenTwice, "option=vault")]
    [InlineData("backup vm --guard never", FailureCode.UsageInvalid, "option=guard value=never expected=require, warden-alone")]
    [InlineData("vm list --lang de", FailureCode.UsageInvalid, "option=lang value=de expected=en, nl, zh-Hans, pt-BR, fr")]
    public void Parse_Mistake_SaysWhatAndWhere(string words, FailureCode code, string arguments)
    {
        var failure = Assert.Throws<FailureException>(() => Parse(words)).Failure;
        Assert.Equal((code, arguments), (failure.Code, string.Join(' ', failure.Arguments.Select(a => $"{a.Key}={a.Value}"))));
    }

    [Theory]
    [InlineData("backup vm --vault /v --strict")]
    [InlineData("--vault /v --strict backup vm")]
    [InlineData("--vault=/v backup --strict vm")]
    [InlineData("backup --strict --vault /v -- vm")]
    public void Parse_OptionsAnywhere_MeanTheSame(string words)
    {
        var line = Parse(words);
        Assert.Equal(("stillpoint backup", "vm", "/v"), (line.Name, line.Argument, line.Value("vault")));
        Assert.True(line.Has("strict"));
        Assert.False(line.Has("json"));
    }

    [Fact]
    public void Parse_RepeatedOption_KeepsAllValuesInOrder() =>
        Assert.Equal(["vdb", "vda"], Parse("backup vm --exclude-disk vdb --exclude-disk=vda").Values("exclude-disk"));

    [Fact]
    public void Parse_ArgumentAfterDashes_MayBeginWithDashes() => Assert.Equal("--odd", Parse("backup -- --odd").Argument);

    [Fact]
    public void Parse_ValueWithEqualsSigns_IsKeptWhole() =>
        Assert.Equal("vda=/d/a=b:raw", Parse("restore p --disk=vda=/d/a=b:raw").Value("disk"));

    private static CommandLine Parse(string words) => CommandLineParser.Parse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
