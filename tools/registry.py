"""The registry of metric templates: loads every YAML file of a folder, or says which is wrong and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml
from pydantic import ValidationError

from domain.errors import TemplateError, WrongUseError
from tools.template import MetricTemplate

# libyaml reads the same documents ten times as fast; not every build of PyYAML has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METRICS = Path(__file__).parent / "metrics"


@dataclass(frozen=True, slots=True)
class Registry:
    """Metric templates by name, in the order of their names."""

    templates: Mapping[str, MetricTemplate]
    folder: Path

    @classmethod
    def load(cls, folder: Path = METRICS) -> Self:
        """All templates of a folder. Raises TemplateError naming the file, the key and what is wrong."""
        files = sorted(folder.glob("*.yaml"))
        if not files:
            raise TemplateError(f"no metric template (*.yaml) in {str(folder)!r}; point it at the folder of templates")
        templates = [_template(file) for file in files]
        return cls({template.name: template for template in templates}, folder)

    def template(self, name: str) -> MetricTemplate | None:
        """The template of that name, if there is one."""
        return self.templates.get(name)

    def names(self) -> tuple[str, ...]:
        """The names of all templates."""
        return tuple(self.templates)

    def source(self, name: str) -> str:
        """The YAML of a template as its file has it. Raises WrongUseError for a name that is none."""
        if name not in self.templates:
            raise WrongUseError(f"no metric template is called {name!r}; there are: {', '.join(self.templates)}")
        return (self.folder / f"{name}.yaml").read_text(encoding="utf-8")


def _template(file: Path) -> MetricTemplate:
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  both are safe loaders
        template = MetricTemplate.model_validate(document)
    except yaml.YAMLError as error:
        raise TemplateError(f"metric template {file.name!r} is not YAML: {error}") from error
    except ValidationError as error:
        raise TemplateError(f"metric template {file.name!r}: {_told(error)}") from error
    if template.name != file.stem:
        raise TemplateError(f"metric template {file.name!r} calls itself {template.name!r}; name the file and the template alike")
    return template


def _told(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(str(part) for part in fault['loc']) or 'template'}: {fault['msg']}" for fault in error.errors())
