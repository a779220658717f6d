using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Web;

/// <summary>A small repository with what the pages show: a README, folders, commits of several people, and a pipeline of many kinds of jobs.</summary>
internal sealed class TeaHouse
{
    private const string Configuration = """
        stages: [build, test, package, deploy]

        compile:
          stage: build
          script:
            - printf '\033[1;36mCompiling\033[0m 12 files\n'
            - for i in 1 2 3 4 5 6 7 8 9 10 11 12; do printf '  \033[32mok\033[0m   src/part_%02d.py\n' $i; done
            - printf 'section_start:%s:warm_up[collapsed=true]\r\033[0KWarming up the pot\n' $(date +%s)
            - seq 1 40
            - printf 'section_end:%s:warm_up\r\033[0K' $(date +%s)
            - printf '\033[38;5;208m256 colours\033[0m, \033[38;2;120;180;255mtrue colour\033[0m, \033[7minverse\033[0m, https://example.com/docs\n'
            - mkdir -p dist/assets && echo '<!doctype html><h1>Tea</h1>' > dist/index.html && seq 1 500 > dist/assets/numbers.txt && echo '{"tea":"oolong"}' > dist/menu.json
          artifacts:
            paths: [dist/]
            expire_in: 2 weeks

        style:
          stage: build
          needs: []
          allow_failure: true
          script:
            - printf '\033[33mwarning\033[0m src/steep.py:12 line is too long\n'
            - exit 3

        unit:
          stage: test
          parallel: 3
          needs: [compile]
          script:
            - printf '<testsuite name="kettle" tests="3" time="0.42"><testcase classname="kettle.Boil" name="boils_at_100" time="0.12"/><testcase classname="kettle.Boil" name="whistles_%s" time="0.30"/><testcase classname="kettle.Boil" name="switches_off" time="0.01"><skipped/></testcase></testsuite>' "$CI_NODE_INDEX" > report.xml
            - echo 3 tests, all fine
          artifacts:
            reports:
              junit: report.xml

        integration:
          stage: test
          script:
            - echo 'Serving 200 guests'
            - |
              printf '<testsuite name="service" tests="2" failures="1" time="1.7"><testcase classname="service.Table" name="serves_guests" file="tests/test_service.py" time="0.5"/><testcase classname="service.Table" name="refills_cups" file="tests/test_service.py" time="1.2"><failure message="expected 3 refills, got 2">AssertionError: 2 != 3 at tests/test_service.py:41</failure></testcase></testsuite>' > report.xml
            - |
              printf '\033[31mFAILED\033[0m tests/test_service.py::refills_cups - AssertionError: 2 != 3\n'
            - exit 1
          artifacts:
            when: always
            reports:
              junit: report.xml

        render:
          stage: test
          needs: [compile]
          tags: [gpu]
          script: [./render]

        package:
          stage: package
          needs: [unit]
          coverage: '/covered (\d+\.\d+)%/'
          script:
            - echo "covered 87.5%"

        staging:
          stage: deploy
          needs: [package]
          when: manual
          environment:
            name: staging
            url: https://staging.example.com
          script: [echo deploying]

        cool down:
          stage: deploy
          needs: [package]
          when: delayed
          start_in: 3 hours
          script: [echo cooling]
        """;

    private const string Readme = """
        # Tea house

        A **small** service that brews tea. See [how to brew](docs/brewing.md) and the
        [project page](https://example.com/tea).

        ## Use

        ```python
        from kettle import Kettle
        Kettle(degrees=85).steep("oolong", minutes=3)
        ```

        | Tea | Degrees | Minutes |
        |---|---:|---:|
        | Green | 75 | 2 |
        | Oolong | 85 | 3 |
        | Black | 95 | 4 |

        1. Warm the pot
        2. Add leaves
           - one spoon per guest
           - one for the pot
        - [x] written down
        - [ ] taught

        > Water first, then patience.
        """;

    private readonly string _folder;

    private TeaHouse(string folder) => _folder = folder;

    public static async Task<TeaHouse> CreateAsync(string folder)
    {
        var house = new TeaHouse(folder);
        await house.GitAsync("init", "--quiet", "--initial-branch", "main");
        await house.CommitAsync("Lin Wei", "Kettle boils water", ("src/kettle.py", "class Kettle:\n    def __init__(self, degrees):\n        self.degrees = degrees\n"));
        await house.CommitAsync("Amara Obi", "Describe how to brew", ("README.md", Readme), ("docs/brewing.md", "# Brewing\n\nBack to the [start](../README.md).\n"));
        await house.CommitAsync("Lin Wei", "Steep with a timer\n\nThe timer of the kitchen was unreliable.", ("src/steep.py", "import time\n\n\ndef steep(minutes):\n    time.sleep(60 * minutes)\n"));
        await house.CommitAsync("Amara Obi", "Run the kitchen as a pipeline", (".gitlab-ci.yml", Configuration), ("LICENSE", "MIT\n"));
        return house;
    }

    public async Task PushAsync(GantryServer server, string project) => await GitAsync(
        "push", "--quiet", $"http://root:{server.Token}@{server.Address.Authority}/{project}.git", "HEAD:refs/heads/main", "HEAD~1:refs/heads/feature/timer");

    private async Task CommitAsync(string author, string message, params (string Path, string Content)[] files)
    {
        foreach (var (name, content) in files)
        {
            var file = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        }

        await GitAsync("add", "--all");
        await GitAsync("-c", $"user.name={author}", "-c", "user.email=tea@example.com", "commit", "--quiet", "--message", message);
    }

    private Task<string> GitAsync(params string[] arguments) => RunningProcess.RunAsync(
        "git", ["-C", _folder, .. arguments], new Dictionary<string, string> { ["GIT_TERMINAL_PROMPT"] = "0" });
}
