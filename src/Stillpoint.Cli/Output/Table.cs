using System.Text;

namespace Stillpoint.Cli.Output;

/// <summary>Columns side by side, each as wide as its widest cell; nothing is cut, so that output can be piped.</summary>
internal sealed class Table(params string[] headers)
{
    private readonly List<string[]> _rows = [headers];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = headers.Select((_, column) => _rows.Max(r => DisplayWidth.Of(r[column]))).ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            for (var column = 0; column < row.Length; column++)
            {
                text.Append(row[column]);
                if (column < row.Length - 1) text.Append(' ', widths[column] - DisplayWidth.Of(row[column]) + 2);
            }
            text.AppendLine();
        }
        return text.ToString();
    }
}
